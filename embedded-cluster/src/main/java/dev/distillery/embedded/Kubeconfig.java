package dev.distillery.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;

/** The file that lets kubectl and any other client in; readable by its owner only, as it holds the token. */
final class Kubeconfig {
    private static final String TEMPLATE =
            """
            apiVersion: v1
            kind: Config
            current-context: embedded
            clusters:
            - name: embedded
              cluster:
                server: %s
                certificate-authority-data: %s
            contexts:
            - name: embedded
              context:
                cluster: embedded
                user: developer
                namespace: default
            users:
            - name: developer
              user:
                token: %s
            """;

    private Kubeconfig() {}

    static Path write(Path directory, String masterUrl, String certificate, String token) {
        Path file = directory.resolve("kubeconfig");
        try {
            Files.createDirectories(directory);
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            String authority = Base64.getEncoder().encodeToString(certificate.getBytes(StandardCharsets.UTF_8));
            byte[] content = TEMPLATE.formatted(masterUrl, authority, token).getBytes(StandardCharsets.UTF_8);
            return Files.write(file, content, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be written".formatted(file), e);
        }
    }
}
