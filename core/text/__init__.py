"""Text: tell visible from blank, fold it for searching, and put counts, times and names into sentences."""
