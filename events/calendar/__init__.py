"""Calendar files: an event as an entry, and the zone of its clock."""
