"""What the benchmarks share: sites, servers, pictures, floors, and how figures are shown. None of these is a benchmark."""
