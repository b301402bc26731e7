"""What `bench_render` measures: a mailing of invented letters, and ways of setting it."""
