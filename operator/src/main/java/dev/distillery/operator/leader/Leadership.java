package dev.distillery.operator.leader;

import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import java.util.Optional;

/** Whether this replica leads, and who does otherwise; told by leader election. */
public final class Leadership {
    private final String identity;
    private final Runnable lost;
    private volatile String leader;
    private volatile long since;
    private volatile boolean resigned;

    private Leadership(String identity, String leader, Runnable lost) {
        this.identity = identity;
        this.leader = leader;
        this.lost = lost;
        this.since = System.nanoTime();
    }

    /** A single operator without an election. */
    public static Leadership alone() {
        return new Leadership("", "", () -> {});
    }

    /**
     * @param self as whom this replica stands for election
     * @param lost what to do when it led and does not any more, in the thread that renews the lease
     */
    public static Leadership candidate(Replica self, Runnable lost) {
        return new Leadership(self.identity(), null, lost);
    }

    /** As whom this replica stands for election; empty for one that is alone. */
    public String identity() {
        return identity;
    }

    public boolean leads() {
        return identity.equals(leader);
    }

    /** @return whether others may have led before, or may yet */
    public boolean elected() {
        return !identity.isEmpty();
    }

    /** @return when this replica, which {@link #leads}, began to, as {@link System#nanoTime} has it */
    public long since() {
        return since;
    }

    /** @return the leading replica; empty while there is none, or if it is this one */
    public Optional<Replica> leader() {
        String now = leader;
        return now == null || now.isEmpty() || identity.equals(now) ? Optional.empty() : Replica.parse(now);
    }

    /** The process is ending: giving the lease back is no loss. */
    public void resign() {
        resigned = true;
    }

    /** What leader election is to call. */
    public LeaderCallbacks callbacks() {
        return new LeaderCallbacks(this::started, this::stopped, next -> leader = next);
    }

    private void started() {
        since = System.nanoTime();
        leader = identity;
    }

    private void stopped() {
        leader = null;
        if (!resigned) {
            lost.run();
        }
    }
}
