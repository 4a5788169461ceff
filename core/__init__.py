"""The foundation that every app uses. It imports no app.

- Database: transactions, prepared_statements, database, sql_files, clock, ids
- Redis: redis, counters, rate_limits; tasks: enqueue
- The operator's switches: models, feature_switches, read_only; limits in a process: concurrency
- HTTP: the package http, errors, openapi, standard_webhooks
- Text and mail: the packages text and money, mail
"""
