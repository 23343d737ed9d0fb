//! Typed OpenAPI model, router, parameter decoders, compiled validators
