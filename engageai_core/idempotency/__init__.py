"""Every writing call happens once: the first answer to a key is kept and given again."""
