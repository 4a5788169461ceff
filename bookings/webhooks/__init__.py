"""Parts of the webhook sender: message bodies (`payloads`), permitted addresses (`addresses`), the HTTP connection to a
receiver (`http_connection`), the pool that sends several messages at a time (`worker_pool`), and the OpenAPI schema."""
