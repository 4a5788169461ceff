"""Formats of dates and times, by language, where Django looks for them (FORMAT_MODULE_PATH)."""
