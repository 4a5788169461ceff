"""The process types, one file each; `make run` (supervisord.conf) and docker-compose.yml start them."""
