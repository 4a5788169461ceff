"""Check-in: gate staff scan tickets at the entrance, online or offline, and every scan is recorded."""
