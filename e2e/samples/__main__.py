"""`make samples`: write docs/samples anew, with a product of its own."""

import os
import shutil
import sys

from benchmarks.tools.stage import CHECKOUT, own_folder, product
from e2e.browser import chromium

SAMPLES = CHECKOUT / "docs" / "samples"
FOLDERS = ("calendars", "exports", "mails", "pages", "tickets")


def main() -> None:
    """Make the cast, write its texts, then start the product on the same data and take the pictures."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    os.environ["DJANGO_SETTINGS_MODULE"] = "ticketing.settings"
    try:
        with own_folder() as folder:
            from ticketing import embedded

            with embedded.lease():
                _set_up_django()
                from e2e.samples import pictures
                from e2e.samples.cast import make_cast
                from e2e.samples.texts import text_samples, ticket_pdfs

                cast = make_cast()
                texts, pdfs = text_samples(cast), ticket_pdfs(cast)
                _write(texts)
                with chromium() as browser:
                    pictures.take_mails(browser, texts, SAMPLES)
                    pictures.take_tickets(pdfs, SAMPLES)
                    with product(folder) as (host, port):
                        pictures.take_pages(browser, f"http://{host}:{port}", cast, SAMPLES)
    except RuntimeError as error:
        sys.exit(f"Can't make the samples: {error}")
    print(f"The samples are in {SAMPLES.relative_to(CHECKOUT)}. Look at those that have changed.")


def _set_up_django() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _write(texts: dict[str, str]) -> None:
    for name in FOLDERS:
        shutil.rmtree(SAMPLES / name, ignore_errors=True)
    for path, text in texts.items():
        (SAMPLES / path).parent.mkdir(parents=True, exist_ok=True)
        (SAMPLES / path).write_bytes(text.encode())


if __name__ == "__main__":
    main()
