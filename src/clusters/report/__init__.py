"""The pack for the Schools Forum."""
