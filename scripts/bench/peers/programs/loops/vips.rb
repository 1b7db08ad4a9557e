# vips.rb OUT WIDTHxHEIGHT SHRINK PHOTO...    (libvips chooses how far to shrink on load)
require 'vips'

out, size, _shrink, *photos = ARGV
width, height = size.split('x').map(&:to_i)
photos.each do |photo|
  thumbnail = Vips::Image.thumbnail(photo, width, height: height, size: :down)
  thumbnail.pngsave("#{out}/#{File.basename(photo, '.*')}.png", strip: true)
end
