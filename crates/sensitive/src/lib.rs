//! Detectors of sensitive data and redaction
