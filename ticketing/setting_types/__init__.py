"""Reads settings that have a notation of their own: rates and the storage of pictures."""
