package dev.distillery.validation;

import dev.distillery.recipe.Publish;
import dev.distillery.schema.Violation;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What {@code spec.publish.destinations} must be. */
final class DestinationRules {
    /** Amazon's rules for names of buckets. */
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    /** The distribution specification's names: a registry, perhaps its port, and components of lower-case letters. */
    private static final Pattern REPOSITORY =
            Pattern.compile("oci://[A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)+/?");

    private final List<Violation> violations;

    private DestinationRules(List<Violation> violations) {
        this.violations = violations;
    }

    static void check(List<Publish.Destination> destinations, List<Violation> violations) {
        String path = "spec.publish.destinations";
        if (destinations == null || destinations.isEmpty()) {
            violations.add(new Violation(path, "nothing", "at least one, e.g. [{uri: \"pvc://models/vision\"}]"));
            return;
        }
        DestinationRules rules = new DestinationRules(violations);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < destinations.size(); i++) {
            Publish.Destination destination = destinations.get(i);
            String here = path + "[" + i + "]";
            rules.check(here, destination);
            if (!seen.add(destination.uri())) {
                violations.add(
                        new Violation(here + ".uri", destination.uri() + " a second time", "distinct destinations"));
            }
        }
    }

    private void check(String path, Publish.Destination destination) {
        switch (destination.scheme()) {
            case "s3" -> checkBucket(path, destination);
            case "oci" -> checkRepository(path, destination);
            default -> {
                UriRules.check(path + ".uri", destination.uri(), "file, pvc, s3 or oci", violations);
                onlyFor(path + ".secretRef", destination.secretRef(), "s3 and oci");
                onlyFor(path + ".endpoint", destination.endpoint(), "s3");
                onlyFor(path + ".region", destination.region(), "s3");
            }
        }
        if (destination.plainHttp() && !destination.scheme().equals("oci")) {
            onlyFor(path + ".plainHttp", true, "oci");
        }
        if (!destination.scheme().equals("oci")) {
            onlyFor(path + ".format", destination.format(), "oci");
        }
    }

    private void checkBucket(String path, Publish.Destination destination) {
        URI uri = parsed(destination.uri());
        if (uri == null
                || uri.getRawAuthority() == null
                || !BUCKET.matcher(uri.getRawAuthority()).matches()
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null
                || uri.getPath().contains("//")
                || uri.getPath().contains("..")) {
            violations.add(new Violation(path + ".uri", destination.uri(), "s3://bucket or s3://bucket/prefix"));
        }
        URI endpoint = destination.endpoint() == null ? null : parsed(destination.endpoint());
        boolean good = endpoint != null
                && ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))
                && endpoint.getHost() != null
                && endpoint.getRawUserInfo() == null
                && (endpoint.getPath().isEmpty() || endpoint.getPath().equals("/"));
        if (destination.endpoint() != null && !good) {
            violations.add(
                    new Violation(path + ".endpoint", destination.endpoint(), "https://host:port or http://host:port"));
        }
    }

    private void checkRepository(String path, Publish.Destination destination) {
        if (!REPOSITORY.matcher(destination.uri()).matches()) {
            violations.add(new Violation(
                    path + ".uri",
                    destination.uri(),
                    "oci://registry/repository in lower case, without tag and digest: the tag is the version"));
        }
        onlyFor(path + ".endpoint", destination.endpoint(), "s3");
        onlyFor(path + ".region", destination.region(), "s3");
    }

    private void onlyFor(String path, Object got, String schemes) {
        if (got != null) {
            violations.add(new Violation(path, String.valueOf(got), "nothing: it is for " + schemes));
        }
    }

    private static URI parsed(String uri) {
        try {
            return new URI(uri);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
