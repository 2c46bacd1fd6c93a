package dev.distillery.operator.status;

import dev.distillery.status.Condition;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects a status's conditions; a condition whose status stays keeps its transition time. */
final class Conditions {
    private final List<Condition> previous;
    private final long generation;
    private final String now;
    private final List<Condition> conditions = new ArrayList<>();

    /** @param previous of the status before, may be null */
    Conditions(List<Condition> previous, long generation, Clock clock) {
        this.previous = previous == null ? List.of() : previous;
        this.generation = generation;
        this.now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    void set(String type, boolean status, String reason, String message) {
        set(type, status ? "True" : "False", reason, message);
    }

    void unknown(String type, String reason, String message) {
        set(type, "Unknown", reason, message);
    }

    /** @return whether the status before said so */
    boolean was(String type) {
        return before(type, "True").isPresent();
    }

    /** True as it was, in the words that it had; in these if it was not. */
    void keepOr(String type, String reason, String message) {
        Condition kept = before(type, "True").orElse(null);
        set(type, true, kept == null ? reason : kept.reason(), kept == null ? message : kept.message());
    }

    void set(String type, String status, String reason, String message) {
        String since = before(type, status).map(Condition::lastTransitionTime).orElse(now);
        conditions.add(new Condition(type, status, reason, message, since, generation));
    }

    private Optional<Condition> before(String type, String status) {
        return previous.stream()
                .filter(c -> c.type().equals(type) && c.status().equals(status))
                .findFirst();
    }

    List<Condition> list() {
        return List.copyOf(conditions);
    }
}
