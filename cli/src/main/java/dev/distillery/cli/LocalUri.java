package dev.distillery.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;

/** {@code file:///path} and back, and {@code pvc://claim/path} as the embedded cluster keeps it. */
final class LocalUri {
    private LocalUri() {}

    /** @return whether the text names no scheme, and so is a path */
    static boolean isRelative(String uri) {
        return !uri.matches("[A-Za-z][A-Za-z0-9+.-]*:.*");
    }

    static String of(Path path) {
        try {
            Path absolute = path.toAbsolutePath().normalize();
            return new URI("file", "", absolute.toString(), null).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("an absolute path makes a URI", e);
        }
    }

    /** @param claims folder with one folder per volume claim; null where there is none */
    static Optional<Path> path(String uri, Path claims) {
        try {
            URI parsed = new URI(uri);
            if ("file".equals(parsed.getScheme()) && parsed.getPath() != null) {
                return Optional.of(Path.of(parsed.getPath()));
            }
            if ("pvc".equals(parsed.getScheme()) && claims != null && parsed.getHost() != null) {
                return Optional.of(claims.resolve(parsed.getHost())
                        .resolve(parsed.getPath().substring(1)));
            }
            return Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
