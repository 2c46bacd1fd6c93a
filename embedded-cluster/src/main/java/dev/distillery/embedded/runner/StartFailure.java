package dev.distillery.embedded.runner;

/** Why a container cannot be started; {@link #reason()} is what its waiting state shows. */
final class StartFailure extends Exception {
    private final String reason;

    private StartFailure(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    static StartFailure noImage(String image) {
        return new StartFailure("ErrImagePull", "no command stands for image \"%s\"".formatted(image));
    }

    static StartFailure configuration(String message) {
        return new StartFailure("CreateContainerConfigError", message);
    }

    static StartFailure execution(String message) {
        return new StartFailure("RunContainerError", message);
    }

    String reason() {
        return reason;
    }

    /** Whether what is missing may still come. */
    boolean mayPass() {
        return reason.equals("CreateContainerConfigError");
    }
}
