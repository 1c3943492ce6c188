"""Measuring the portal: a made-up world of any size and the scenarios of docs/performance.md."""
