package dev.distillery.operator.progress;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * When which recipe's status may take its progress: each at most once in an interval, all together at most so many a second
 * and so many at a time, first come, first served. What is asked for while a recipe waits changes nothing; nothing that was
 * asked for is dropped. Knows no clock: times are nanoseconds of the caller's.
 */
final class ProgressPacer {
    private static final long SECOND = 1_000_000_000;
    /** Who is not done by then never will be: it was gone when its turn came. */
    private static final long LOST = 30 * SECOND;

    private final long interval;
    private final long gap;
    private final int together;
    private final TreeSet<Turn> turns =
            new TreeSet<>(Comparator.comparingLong(Turn::from).thenComparingLong(Turn::number));
    private final Map<ResourceID, Turn> waiting = new HashMap<>();
    private final Map<ResourceID, Long> served = new HashMap<>();
    private final Map<ResourceID, Long> underWay = new HashMap<>();
    private long asked;
    private long nextSlot = Long.MIN_VALUE;

    private record Turn(ResourceID recipe, long from, long number) {}

    /**
     * @param perSecond at least 1
     * @param together how many whose turn has come may not be done yet, at least 1
     */
    ProgressPacer(long intervalNanos, int perSecond, int together) {
        this.interval = intervalNanos;
        this.gap = SECOND / perSecond;
        this.together = together;
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

    /** @return whose turn has come; {@link #done} ends it */
    synchronized List<ResourceID> due(long now) {
        List<ResourceID> due = new ArrayList<>();
        underWay.values().removeIf(since -> since + LOST <= now);
        while (!turns.isEmpty() && turns.first().from() <= now && nextSlot <= now && underWay.size() < together) {
            ResourceID recipe = turns.pollFirst().recipe();
            waiting.remove(recipe);
            served.put(recipe, now);
            underWay.put(recipe, now);
            nextSlot = now + gap;
            due.add(recipe);
        }
        served.values().removeIf(time -> time + interval <= now);
        return due;
    }

    /** @return whether it had its turn */
    synchronized boolean done(ResourceID recipe) {
        return underWay.remove(recipe) != null;
    }

    /** It is gone. */
    synchronized void forget(ResourceID recipe) {
        Turn turn = waiting.remove(recipe);
        if (turn != null) {
            turns.remove(turn);
        }
        served.remove(recipe);
        underWay.remove(recipe);
    }

    /** @return when {@link #due} will next give something if nobody is done before; empty if nobody waits */
    synchronized OptionalLong next() {
        if (turns.isEmpty()) {
            return OptionalLong.empty();
        }
        long next = Math.max(turns.first().from(), nextSlot);
        return OptionalLong.of(
                underWay.size() < together ? next : Math.max(next, Collections.min(underWay.values()) + LOST));
    }
}
