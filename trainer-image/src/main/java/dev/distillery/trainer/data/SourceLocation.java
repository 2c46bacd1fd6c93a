package dev.distillery.trainer.data;

import dev.distillery.report.ExitCode;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.TrainerException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Finds the local path of a recipe's URI: {@code file:///path} is that path, {@code pvc://claim/path} lies where the claim
 * is mounted. Reads no file.
 */
public final class SourceLocation {
    private static final Pattern CLAIM = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    private final Map<String, Path> claims;

    /** @param claims where each claim is mounted, by its name */
    public SourceLocation(Map<String, Path> claims) {
        this.claims = Map.copyOf(claims);
    }

    /**
     * @param claims as {@link TrainerEnvironment#CLAIMS} holds them; null or blank for none
     * @throws TrainerException USAGE unless each is {@code claim=/folder}
     */
    public static SourceLocation of(String claims) {
        Map<String, Path> mounted = new HashMap<>();
        for (String each : claims == null || claims.isBlank() ? new String[0] : claims.split(",")) {
            int equals = each.indexOf('=');
            if (equals < 1 || equals == each.length() - 1) {
                throw new TrainerException(
                        ExitCode.USAGE,
                        TrainerEnvironment.CLAIMS + ": got '" + each
                                + "', expected claim=/folder, separated by commas");
            }
            mounted.put(each.substring(0, equals), Path.of(each.substring(equals + 1)));
        }
        return new SourceLocation(mounted);
    }

    /**
     * @param field the recipe's field, for messages
     * @throws TrainerException INVALID_RECIPE if the URI has another scheme, no path, or leaves its claim
     */
    public Path resolve(String field, String uri) {
        try {
            URI parsed = new URI(uri);
            if (parsed.getRawQuery() != null || parsed.getRawFragment() != null) {
                throw refused(field, uri, "a URI without '?' and '#'");
            }
            String path = parsed.getPath();
            if (path == null || path.length() < 2) {
                throw refused(field, uri, "file:///path or pvc://claim/path");
            }
            return switch (String.valueOf(parsed.getScheme())) {
                case "file" -> file(field, uri, parsed);
                case "pvc" -> claim(field, uri, parsed.getRawAuthority(), path);
                default -> throw refused(field, uri, "scheme file or pvc");
            };
        } catch (URISyntaxException e) {
            throw refused(field, uri, "a URI (" + e.getReason() + " at character " + e.getIndex() + ")");
        } catch (InvalidPathException e) {
            throw refused(field, uri, "a path this machine can hold (" + e.getReason() + ")");
        }
    }

    private static Path file(String field, String uri, URI parsed) {
        if (parsed.getRawAuthority() != null) {
            throw refused(field, uri, "file:///path with three slashes: files of another host cannot be read");
        }
        return Path.of(parsed.getPath()).normalize();
    }

    private Path claim(String field, String uri, String claim, String path) {
        if (claim == null || !CLAIM.matcher(claim).matches() || claim.contains("..")) {
            throw refused(field, uri, "pvc://claim/path with a PersistentVolumeClaim's name");
        }
        if (!claims.containsKey(claim)) {
            throw refused(
                    field, uri, "a claim that is mounted; " + TrainerEnvironment.CLAIMS + " names " + claims.keySet());
        }
        Path root = claims.get(claim).normalize();
        Path inside = root.resolve(path.substring(1)).normalize();
        if (!inside.startsWith(root)) {
            throw refused(field, uri, "a path inside the claim, without '..'");
        }
        return inside;
    }

    private static TrainerException refused(String field, String uri, String expected) {
        return new TrainerException(ExitCode.INVALID_RECIPE, field + ": got " + uri + ", expected " + expected);
    }
}
