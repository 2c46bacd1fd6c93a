package dev.distillery.image;

/** A file that is no picture, a broken one, or one that is not read; the message says which, without the file's name. */
public final class BadImageException extends Exception {
    private static final long serialVersionUID = 1;

    public BadImageException(String reason) {
        super(reason);
    }

    public BadImageException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
