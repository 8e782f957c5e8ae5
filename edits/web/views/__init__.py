"""HTTP views, one module per group of pages. They load, call the components, and render; decisions are made there."""
