"""HTTP doors, one module a family of pages. They find, ask lifecycle, and render; decisions are made elsewhere."""
