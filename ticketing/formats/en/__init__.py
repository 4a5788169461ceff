"""The formats in English, the language of the site."""
