package dev.distillery.trainer.verify;

import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.publish.Checksums;
import dev.distillery.trainer.publish.VersionContent;
import dev.distillery.trainer.signing.VerificationKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;

/**
 * What a check of a version found.
 *
 * @param files that have a digest
 * @param signed whether there is a signature
 * @param faults what is not as it was published, one sentence each; empty if all is well
 */
public record Verification(int files, boolean signed, List<String> faults) {
    private static final Set<String> WITHOUT_DIGEST = Set.of(Checksums.FILE, Checksums.SIGNATURE);

    /**
     * @param key null to check digests only: they show damage, not who wrote them
     * @throws IOException if the version cannot be read
     */
    public static Verification of(VersionContent version, VerificationKey key) throws IOException {
        SortedSet<String> names = version.names();
        boolean signed = names.contains(Checksums.SIGNATURE);
        byte[] text;
        Map<String, String> sums;
        try {
            text = read(version, Checksums.FILE);
            sums = Checksums.parse(text);
        } catch (NoSuchFileException e) {
            return new Verification(
                    0, signed, List.of(Checksums.FILE + ": there is none; a version is whole once it is there"));
        } catch (IllegalArgumentException e) {
            return new Verification(0, signed, List.of(Checksums.FILE + ": damaged, " + e.getMessage()));
        }
        List<String> faults = new ArrayList<>();
        for (Map.Entry<String, String> sum : sums.entrySet()) {
            if (!names.contains(sum.getKey())) {
                faults.add(sum.getKey() + ": missing");
            } else if (!sha256(version, sum.getKey()).equals(sum.getValue())) {
                faults.add(sum.getKey() + ": its content is not what was published");
            }
        }
        for (String name : names) {
            if (!sums.containsKey(name) && !WITHOUT_DIGEST.contains(name)) {
                faults.add(name + ": was not published with this version");
            }
        }
        if (key != null && !signed) {
            faults.add(Checksums.SIGNATURE + ": there is none, the version is not signed");
        } else if (key != null && !key.verifies(text, signature(version))) {
            faults.add(Checksums.SIGNATURE + ": is not the given key's signature of " + Checksums.FILE);
        }
        faults.addAll(version.faultsAround(key));
        return new Verification(sums.size(), signed, faults);
    }

    /**
     * @param withKey whether a key was given
     * @return what was found, in words, where there are no faults
     */
    String summary(boolean withKey) {
        String unchecked = signed ? "signature not checked: no --key" : "not signed";
        return files + " files as published, " + (withKey ? "signed by the given key" : unchecked);
    }

    private static String signature(VersionContent version) throws IOException {
        return new String(read(version, Checksums.SIGNATURE), StandardCharsets.ISO_8859_1);
    }

    private static byte[] read(VersionContent version, String name) throws IOException {
        try (InputStream in = version.open(name)) {
            return in.readAllBytes();
        }
    }

    private static String sha256(VersionContent version, String name) throws IOException {
        try (DigestInputStream in = new DigestInputStream(version.open(name), Sha256.digest())) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        }
    }
}
