package dev.distillery.operator.leader;

import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import java.util.Optional;

/** Whether this replica leads, and who does otherwise; told by leader election. */
public final class Leadership {
    private final String identity;
    private volatile String leader;

    private Leadership(String identity, String leader) {
        this.identity = identity;
        this.leader = leader;
    }

    /** A single operator without an election. */
    public static Leadership alone() {
        return new Leadership("", "");
    }

    /** @param self as whom this replica stands for election */
    public static Leadership candidate(Replica self) {
        return new Leadership(self.identity(), null);
    }

    /** As whom this replica stands for election; empty for one that is alone. */
    public String identity() {
        return identity;
    }

    public boolean leads() {
        return identity.equals(leader);
    }

    /** @return the leading replica; empty while there is none, or if it is this one */
    public Optional<Replica> leader() {
        String now = leader;
        return now == null || now.isEmpty() || identity.equals(now) ? Optional.empty() : Replica.parse(now);
    }

    /** What leader election is to call. The SDK ends a process that loses the lease. */
    public LeaderCallbacks callbacks() {
        return new LeaderCallbacks(() -> leader = identity, () -> leader = null, next -> leader = next);
    }
}
