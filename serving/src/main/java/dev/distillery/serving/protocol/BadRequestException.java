package dev.distillery.serving.protocol;

/** A request that cannot be answered; the message says where, what was found, and what was expected. */
public final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1;

    BadRequestException(String where, Object got, String expected) {
        super(where + ": got " + got + ", expected " + expected);
    }

    BadRequestException(String message, Throwable cause) {
        super(message, cause);
    }
}
