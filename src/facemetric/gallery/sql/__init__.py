"""What galleries in SQL databases share: statements that SQLite and PostgreSQL both take."""
