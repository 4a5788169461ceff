"""What a change of an event does to its bookings: cancellation, completion, and emails to ticket holders."""
