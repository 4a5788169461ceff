"""Static files under names that carry their content's hash: a browser may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashes and compresses; in stylesheets and in ES modules the names of what they import are rewritten too.

    Where nothing was collected (tests, `runserver` with DEBUG) the plain names are used.
    """

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The name with the hash, or `name` itself if it was never collected."""
        if not self.hashed_files:
            return name
        return super().stored_name(name)
