"""The process types, one file each, as `make run` (supervisord.conf) and docker-compose.yml start them."""
