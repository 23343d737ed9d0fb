-- What made an event: the check, the principal, a ban with its end, why it could not be judged in full. Of events before
-- this nothing of it is known.
ALTER TABLE events ADD COLUMN check_name TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN principal TEXT;
ALTER TABLE events ADD COLUMN banned TEXT;
ALTER TABLE events ADD COLUMN ban_until BIGINT;
ALTER TABLE events ADD COLUMN degraded TEXT;
ALTER TABLE events ADD COLUMN fault TEXT;
ALTER TABLE events ADD COLUMN not_assessed TEXT NOT NULL DEFAULT '[]';
