package dev.distillery.operator.progress;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * When which recipe's status may take its progress: each at most once in an interval, all together at most so many a second,
 * first come, first served. What is asked for while a recipe waits changes nothing; nothing that was asked for is dropped.
 * Knows no clock: times are nanoseconds of the caller's.
 */
final class ProgressPacer {
    private static final long SECOND = 1_000_000_000;

    private final long interval;
    private final long gap;
    private final TreeSet<Turn> turns =
            new TreeSet<>(Comparator.comparingLong(Turn::from).thenComparingLong(Turn::number));
    private final Map<ResourceID, Turn> waiting = new HashMap<>();
    private final Map<ResourceID, Long> served = new HashMap<>();
    private long asked;
    private long nextSlot = Long.MIN_VALUE;

    private record Turn(ResourceID recipe, long from, long number) {}

    /** @param perSecond at least 1 */
    ProgressPacer(long intervalNanos, int perSecond) {
        this.interval = intervalNanos;
        this.gap = SECOND / perSecond;
    }

    synchronized void ask(ResourceID recipe, long now) {
        if (waiting.containsKey(recipe)) {
            return;
        }
        Long last = served.get(recipe);
        Turn turn = new Turn(recipe, last == null ? now : Math.max(now, last + interval), asked++);
        waiting.put(recipe, turn);
        turns.add(turn);
    }

    /** @return whose turn has come */
    synchronized List<ResourceID> due(long now) {
        List<ResourceID> due = new ArrayList<>();
        while (!turns.isEmpty() && turns.first().from() <= now && nextSlot <= now) {
            ResourceID recipe = turns.pollFirst().recipe();
            waiting.remove(recipe);
            served.put(recipe, now);
            nextSlot = now + gap;
            due.add(recipe);
        }
        served.values().removeIf(time -> time + interval <= now);
        return due;
    }

    /** @return when {@link #due} will next give something; empty if nobody waits */
    synchronized OptionalLong next() {
        return turns.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(turns.first().from(), nextSlot));
    }
}
