"""What makes the site of the documentation out of the project's own files."""
