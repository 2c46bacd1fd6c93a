package dev.distillery.operator.leader;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One operator pod, as the lease names its holder: {@code pod@address:port}.
 *
 * @param address IP address of the pod
 * @param port of its progress endpoint
 */
public record Replica(String pod, String address, int port) {
    private static final Pattern IDENTITY = Pattern.compile("([^@]+)@(.+):(\\d{1,5})");

    public String identity() {
        return pod + "@" + address + ":" + port;
    }

    /** @return empty for the identity of something else */
    public static Optional<Replica> parse(String identity) {
        Matcher matcher = IDENTITY.matcher(identity);
        return matcher.matches()
                ? Optional.of(new Replica(matcher.group(1), matcher.group(2), Integer.parseInt(matcher.group(3))))
                : Optional.empty();
    }
}
