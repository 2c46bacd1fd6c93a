package dev.distillery.operator.status;

/**
 * Why a stage stands still though nothing failed.
 *
 * @param reason CamelCase, of whoever says so: the scheduler, the kubelet, Kueue, the API server, or this operator
 * @param message for people
 */
public record Waiting(String reason, String message) {
    /** The reason of a Job that its queue has not admitted. */
    public static final String IN_QUEUE = "WaitingForQueue";

    static Waiting inQueue(String queue) {
        return new Waiting(IN_QUEUE, "queue " + queue + " has not admitted the Job");
    }

    @Override
    public String toString() {
        return message == null ? reason : reason + ": " + message;
    }
}
