# The longest line of $file.
awk 'length($0) > length(longest) { longest = $0 } END { print longest }' "$file"
