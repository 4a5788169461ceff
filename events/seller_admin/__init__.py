"""The seller admin's base classes: pages with actions, permissions by seller, and the site itself."""
