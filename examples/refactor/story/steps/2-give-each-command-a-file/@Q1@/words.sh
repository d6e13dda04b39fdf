# How many words $file has.
awk '{ words += NF } END { print words + 0 }' "$file"
