package dev.distillery.operator.status;

import dev.distillery.status.Condition;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

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

    void set(String type, String status, String reason, String message) {
        String since = previous.stream()
                .filter(c -> c.type().equals(type) && c.status().equals(status))
                .map(Condition::lastTransitionTime)
                .findFirst()
                .orElse(now);
        conditions.add(new Condition(type, status, reason, message, since, generation));
    }

    List<Condition> list() {
        return List.copyOf(conditions);
    }
}
