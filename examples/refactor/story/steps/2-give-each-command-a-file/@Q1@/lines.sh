# How many lines $file has.
awk 'END { print NR }' "$file"
