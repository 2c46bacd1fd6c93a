package dev.distillery.inference;

/** No model, or none of the kind that is published here; the message says where, what was found and what was expected. */
public final class InvalidModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidModelException(String message) {
        super(message);
    }

    InvalidModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
