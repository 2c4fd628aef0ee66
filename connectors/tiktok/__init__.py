"""TikTok: videos and photos of creators, published at once or left as drafts in their inbox."""
