"""Static files with names that contain a hash of their content, so that browsers may cache them forever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """The storage of static files: hashes, compresses, and rewrites imports (CSS, ES modules) to the hashed names.

    Plain names are used if no files were collected (tests, `runserver` with DEBUG).
    """

    support_js_module_import_aggregation = True
    manifest_strict = False
    max_post_process_passes = 10  # at most; modules that import each other in long chains need four of them now

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or `name` itself if no files were collected."""
        if not self.hashed_files:
            return name
        return str(super().stored_name(name))
