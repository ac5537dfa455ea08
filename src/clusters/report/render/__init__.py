"""Renderers: the same sections as a page, a Word document and a PDF; the frames as Excel."""
