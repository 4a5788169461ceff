"""What every app builds on; imports none of them."""
