package dev.distillery.validation;

import dev.distillery.schema.Violation;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;

/** What a URI of a file or folder must be. */
final class UriRules {
    private static final Pattern CLAIM =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private UriRules() {}

    /** @param schemes what may stand before the colon, in words */
    static void check(String path, String uri, String schemes, List<Violation> violations) {
        String expected = expected(uri, schemes);
        if (expected != null) {
            violations.add(new Violation(path, uri, expected));
        }
    }

    /** @return what is expected instead; null if the URI is good */
    private static String expected(String uri, String schemes) {
        URI parsed;
        try {
            parsed = new URI(uri);
        } catch (URISyntaxException e) {
            return "a URI: " + e.getReason() + " at character " + e.getIndex();
        }
        if (parsed.getScheme() == null) {
            return "file:///path or pvc://claim/path; a relative path works with ./distillery, which resolves it";
        }
        boolean claim = parsed.getScheme().equals("pvc");
        if (!claim && !parsed.getScheme().equals("file")) {
            return "scheme " + schemes;
        }
        String path = parsed.getPath();
        if (path == null || path.isEmpty() || path.equals("/")) {
            return "a path after the " + (claim ? "claim" : "scheme");
        }
        boolean named =
                parsed.getHost() != null && CLAIM.matcher(parsed.getHost()).matches();
        return claim && (!named || path.contains("..")) ? "pvc://claim/path with a claim's name and no '..'" : null;
    }
}
