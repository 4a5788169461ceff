"""The seats of an event: change their status, block and unblock them, and write the audit log."""
