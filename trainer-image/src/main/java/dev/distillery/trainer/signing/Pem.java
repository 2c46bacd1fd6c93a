package dev.distillery.trainer.signing;

import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first block of a PEM file. */
record Pem(String type, byte[] content) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    /** @throws IllegalArgumentException if the text holds no whole block */
    static Pem parse(String text) {
        Matcher block = BLOCK.matcher(text);
        if (!block.find()) {
            throw new IllegalArgumentException("no PEM block");
        }
        return new Pem(block.group(1), Base64.getDecoder().decode(block.group(2).replaceAll("\\s", "")));
    }
}
