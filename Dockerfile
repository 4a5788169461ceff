# One image for all own processes; docker-compose.yml says which one a container runs.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 STATE_DIR=/var/lib/ticketing
WORKDIR /app

COPY requirements.txt .
RUN pip install -r requirements.txt

COPY . .
RUN useradd --system --home-dir "$STATE_DIR" --create-home ticketing
USER ticketing
# A volume that is mounted here gets the owner of the folder.
RUN mkdir "$STATE_DIR/media"

# The image contains the static files. Nothing connects to these URLs during the build.
RUN DATABASE_URL=postgres://build REDIS_URL=redis://build SECRET_KEY=build python manage.py collectstatic --no-input

EXPOSE 8000
CMD ["ticketing/processes/web"]
