"""The window. The only package that knows Qt; work is done in `services`, started by `ui.jobs`."""
