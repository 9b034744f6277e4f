package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
    private static final byte[] NOTHING = new byte[0];

    @Test
    void has_the_roots_of_the_reference_tree_of_certificate_transparency() {
        List<String> leaves = List.of(
                "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");
        MerkleTree tree = new MerkleTree();
        assertThat(hex(tree.root())).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        leaves.forEach(l -> tree.append(NOTHING, HexFormat.of().parseHex(l)));
        assertThat(hex(tree.root())).isEqualTo("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    @Test
    void agrees_with_the_definition_for_every_size() throws Exception {
        List<byte[]> leaves = new ArrayList<>();
        MerkleTree tree = new MerkleTree();
        for (int n = 0; n < 300; n++) {
            assertThat(tree.size()).isEqualTo(n);
            assertThat(tree.root()).isEqualTo(byDefinition(leaves));
            MerkleTree resumed = MerkleTree.of(n, tree.edge());
            assertThat(resumed.root()).isEqualTo(tree.root());
            byte[] leaf = {(byte) n, (byte) (n >> 8), 3};
            leaves.add(leaf);
            tree.append(new byte[] {leaf[0]}, new byte[] {leaf[1], leaf[2]});
        }
    }

    @Test
    void a_copy_is_not_changed_by_appending() {
        MerkleTree tree = new MerkleTree();
        tree.append(NOTHING, new byte[] {1});
        MerkleTree copy = tree.copy();
        byte[] root = copy.root();
        tree.append(NOTHING, new byte[] {2});
        assertThat(copy.root()).isEqualTo(root);
        assertThat(copy.size()).isEqualTo(1);
    }

    @Test
    void an_edge_of_another_size_is_refused() {
        assertThatThrownBy(() -> MerkleTree.of(3, new byte[1][32])).isInstanceOf(IllegalArgumentException.class);
    }

    /** RFC 9162 section 2.1.1, word for word. */
    private static byte[] byDefinition(List<byte[]> leaves) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        if (leaves.isEmpty()) {
            return sha256.digest();
        }
        if (leaves.size() == 1) {
            sha256.update((byte) 0);
            return sha256.digest(leaves.get(0));
        }
        int k = Integer.highestOneBit(leaves.size() - 1);
        byte[] left = byDefinition(leaves.subList(0, k));
        byte[] right = byDefinition(leaves.subList(k, leaves.size()));
        sha256.update((byte) 1);
        sha256.update(left);
        return sha256.digest(right);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
